using System.Runtime.InteropServices;
using Hotline.Data;
using Hotline.Data.Likeness;
using Hotline.Intake.Search;

namespace Hotline.Intake.Repeats;

/// <summary>
/// The newest tickets as this process has read them: what the text index does not know yet is looked up here, and how rare a word is, is learned here. Nothing but a copy of what is in the
/// database, read on with every call and made anew by the first call of a process.
/// </summary>
/// <param name="most">Tickets read at once and looked up here, at most. The index is not so far behind unless it stands still.</param>
public sealed class RecentTexts(Database database, int most = 4096) : IDisposable
{
    /// <summary>Letters of a description that are read.</summary>
    internal const int Letters = 400;

    /// <summary>Texts of which the rarity of words is known.</summary>
    private const int Remembered = 16384;

    /// <summary>A ticket may be committed so much later than one that was filed after it.</summary>
    private static readonly TimeSpan Settled = TimeSpan.FromSeconds(10);

    private readonly SemaphoreSlim _reading = new(1, 1);
    private readonly ReaderWriterLockSlim _lock = new();
    private readonly Rarity _rarity = new(Remembered);
    private readonly HashSet<string> _known = new(StringComparer.Ordinal);
    private List<Recent> _tickets = [];
    private Dictionary<uint, List<int>> _byKey = [];
    private DateTimeOffset _readTo = DateTimeOffset.UnixEpoch;

    internal readonly record struct Recent(DateTimeOffset FiledAt, string Number, IReadOnlyCollection<uint> Keys, uint? Caller);

    /// <summary>Reads what has been filed since the last call.</summary>
    /// <param name="indexedTo">What was filed before is found in the index.</param>
    internal async Task FollowAsync(Session db, DateTimeOffset indexedTo)
    {
        await _reading.WaitAsync(db.Cancelled);
        try
        {
            var rows = await db.QueryAsync<TextRow>($"""
                select number, filed_at, title, substring(description, 1, {Letters}) as description, address, phone_hash
                from intake_ticket where filed_at >= @from
                order by filed_at desc, number desc {db.Dialect.Limit}
                """, new { from = _readTo - Settled, limit = most });
            _lock.EnterWriteLock();
            try
            {
                Add(rows.Reverse());
                Forget(indexedTo);
            }
            finally
            {
                _lock.ExitWriteLock();
            }
        }
        finally
        {
            _reading.Release();
        }
    }

    /// <summary>While the function runs, nothing is added.</summary>
    internal T Read<T>(Func<Rarity, T> read)
    {
        _lock.EnterReadLock();
        try
        {
            return read(_rarity);
        }
        finally
        {
            _lock.ExitReadLock();
        }
    }

    /// <summary>The tickets since then that have one of these keys, with the weights of those they have added up. Inside of <see cref="Read"/>.</summary>
    internal IEnumerable<(string Number, float Score)> Find(IReadOnlyCollection<(uint Key, float Weight)> keys, DateTimeOffset since)
    {
        var scores = new Dictionary<int, float>();
        foreach (var (key, weight) in keys)
        {
            if (!_byKey.TryGetValue(key, out var tickets)) continue;
            foreach (var ticket in tickets) CollectionsMarshal.GetValueRefOrAddDefault(scores, ticket, out _) += weight;
        }
        return scores.Where(s => _tickets[s.Key].FiledAt >= since).Select(s => (_tickets[s.Key].Number, s.Value));
    }

    /// <summary>The tickets of a caller since then, the newest first. Inside of <see cref="Read"/>.</summary>
    internal IEnumerable<string> OfCaller(uint caller, DateTimeOffset since) => _tickets
        .Where(t => t.Caller == caller && t.FiledAt >= since)
        .OrderByDescending(t => t.FiledAt).ThenByDescending(t => t.Number, StringComparer.Ordinal).Select(t => t.Number);

    private void Add(IEnumerable<TextRow> rows)
    {
        foreach (var row in rows)
        {
            if (row.FiledAt > _readTo) _readTo = row.FiledAt;
            if (!_known.Add(row.Number)) continue;
            _rarity.Add(row.Title, row.Description, row.Address);
            Add(new Recent(row.FiledAt, row.Number, LookupKeys.Of(row.Title, row.Description), row.PhoneHash is null ? null : TextTokens.OfCaller(row.PhoneHash)));
        }
        // A clock that was put back must not hide what is filed from now on.
        if (_readTo > database.Clock.Now) _readTo = database.Clock.Now;
    }

    private void Add(Recent ticket)
    {
        foreach (var key in ticket.Keys)
        {
            ref var tickets = ref CollectionsMarshal.GetValueRefOrAddDefault(_byKey, key, out _);
            (tickets ??= []).Add(_tickets.Count);
        }
        _tickets.Add(ticket);
    }

    /// <summary>Lets go of what the index knows, now and then, and of what is too much.</summary>
    private void Forget(DateTimeOffset indexedTo)
    {
        if (_tickets.Count <= 2 * most && _tickets.Count(t => t.FiledAt < indexedTo) < most / 4) return;
        var kept = _tickets.Where(t => t.FiledAt >= indexedTo || t.FiledAt >= _readTo - (2 * Settled)).OrderBy(t => t.FiledAt).ThenBy(t => t.Number, StringComparer.Ordinal).TakeLast(most).ToList();
        _known.Clear();
        _tickets = new List<Recent>(kept.Count);
        _byKey = [];
        foreach (var ticket in kept)
        {
            _known.Add(ticket.Number);
            Add(ticket);
        }
    }

    public void Dispose()
    {
        _reading.Dispose();
        _lock.Dispose();
    }

    private sealed record TextRow
    {
        public required string Number { get; init; }
        public required DateTimeOffset FiledAt { get; init; }
        public required string Title { get; init; }
        public required string Description { get; init; }
        public required string Address { get; init; }
        public string? PhoneHash { get; init; }
    }
}
