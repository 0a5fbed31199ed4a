namespace Hotline.Data;

/// <summary>
/// Commands of people, each on one row: those that arrive together share a transaction, which takes, and saves, all of their rows in a statement each.
/// Two on the same row come one after the other, however many press at once.
/// </summary>
/// <param name="takeAsync">Reads the rows of the given keys and keeps them from others until the transaction ends; those that are not there are left out.</param>
/// <param name="saveAsync">Writes rows that were taken and changed.</param>
public sealed class Commands<TRow, TResult>(
    Database database,
    Func<Work, IReadOnlyCollection<string>, Task<Dictionary<string, TRow>>> takeAsync,
    Func<Work, IReadOnlyCollection<TRow>, Task> saveAsync)
    where TRow : class
{
    /// <summary>Commands in one transaction, at most; as many transactions at once as keep the database and the network busy.</summary>
    private const int Most = 50, Lanes = 2;

    /// <param name="row">Null where there is none with the key.</param>
    /// <returns>What it came to, and the row as it is to be saved; null where nothing changes.</returns>
    public delegate (TResult Result, TRow? Changed) Decide(Work work, TRow? row);

    private readonly record struct Command(string Key, Decide Decide);

    private readonly Together<Command, TResult> _together = new(
        Most, Lanes, commands => database.WriteAsync<IReadOnlyList<TResult>>(work => DoAsync(work, commands, takeAsync, saveAsync), CancellationToken.None), database.Dialect.IsAway);

    /// <param name="decide">May be run again after a conflict.</param>
    public Task<TResult> DoAsync(string key, Decide decide, CancellationToken ct) => _together.DoAsync(new Command(key, decide), ct);

    private static async Task<IReadOnlyList<TResult>> DoAsync(
        Work work, IReadOnlyList<Command> commands,
        Func<Work, IReadOnlyCollection<string>, Task<Dictionary<string, TRow>>> takeAsync, Func<Work, IReadOnlyCollection<TRow>, Task> saveAsync)
    {
        var results = new TResult[commands.Count];
        var left = Enumerable.Range(0, commands.Count).ToArray();
        while (left.Length > 0)
        {
            // Of several on one row the first; the next one sees what it has stored.
            var now = left.DistinctBy(i => commands[i].Key, StringComparer.Ordinal).ToArray();
            var rows = await takeAsync(work, [.. now.Select(i => commands[i].Key)]);
            var changed = new List<TRow>(now.Length);
            foreach (var i in now)
            {
                (results[i], var row) = commands[i].Decide(work, rows.GetValueOrDefault(commands[i].Key));
                if (row is not null) changed.Add(row);
            }
            await saveAsync(work, changed);
            left = [.. left.Except(now)];
        }
        return results;
    }
}
