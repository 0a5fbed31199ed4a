using System.Globalization;
using Hotline.Contracts;
using Hotline.Data;

namespace Hotline.Intake;

/// <summary>
/// Ticket numbers (工单编号) that people can read aloud: the local day and a running number, <c>20200207-000123</c>. Unique over any
/// number of processes: each reserves a block, small while it is quiet, larger while numbers run out within a second. What a
/// process had left when it ended is skipped.
/// </summary>
public sealed class TicketNumbers(Database database)
{
    private const int Smallest = 10;
    private const int Largest = 640;

    private readonly SemaphoreSlim _one = new(1);
    private DateOnly _day;
    private int _next = 1;
    private int _last;
    private int _size = Smallest;
    private DateTimeOffset _reserved;

    public async Task<string> NextAsync(DateTimeOffset now, CancellationToken ct)
    {
        var day = database.Clock.DayOf(now);
        await _one.WaitAsync(ct);
        try
        {
            if (day != _day || _next > _last)
            {
                var fast = now - _reserved is var since && since >= TimeSpan.Zero && since < TimeSpan.FromSeconds(1);
                _size = fast ? Math.Min(_size * 2, Largest) : Smallest;
                _last = await database.WriteAsync(work => work.ScalarAsync<int>(
                    work.Dialect.ReserveTicketNumbers,
                    new { day = Days.Write(day), count = _size }), ct);
                _next = _last - _size + 1;
                _day = day;
                _reserved = now;
            }
            return string.Create(CultureInfo.InvariantCulture, $"{day:yyyyMMdd}-{_next++:D6}");
        }
        finally
        {
            _one.Release();
        }
    }
}
