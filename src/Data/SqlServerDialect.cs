using System.Data.Common;
using Microsoft.Data.SqlClient;

namespace Hotline.Data;

/// <summary>SQL Server 2017 or later. Read committed snapshot should be on (docs/databases.md).</summary>
public sealed class SqlServerDialect(string connectionString) : Dialect
{
    public override string Name => "sqlserver";

    public override DbConnection Create() => new SqlConnection(connectionString);

    // 1205 deadlock victim, 2601/2627 unique key, 3960 snapshot conflict
    public override bool IsConflict(Exception exception) => exception is SqlException { Number: 1205 or 2601 or 2627 or 3960 };

    // -2 timeout, -1/2/53 cannot connect, 233/10053/10054/10060 connection lost, 1101/1105/9002 full, 6005 shutting down
    public override bool IsAway(Exception exception) => exception is SqlException
    {
        Number: -2 or -1 or 2 or 53 or 233 or 10053 or 10054 or 10060 or 1101 or 1105 or 9002 or 6005,
    };

    public override string LockMigrations => """
        declare @granted int;
        exec @granted = sp_getapplock @Resource = 'hotline-migrations', @LockMode = 'Exclusive', @LockOwner = 'Transaction', @LockTimeout = 60000;
        if @granted < 0 throw 50000, 'Another process has been migrating this database for more than a minute.', 1;
        """;

    public override string CreateSchemaVersion => """
        if object_id('schema_version') is null
            create table schema_version (version int not null primary key, name nvarchar(200) not null, applied_at datetimeoffset(3) not null)
        """;

    // readpast skips what another relay is taking; updlock keeps two from taking the same row.
    public override string ClaimDueDeliveries => """
        with due as (
            select top (@limit) id, role, kind, ticket, body, due_at, attempts
            from outbox with (updlock, readpast, rowlock)
            where fault is null and due_at <= @now
            order by due_at, id)
        update due
        set due_at = dateadd(millisecond, @seconds * 1000 * power(2, case when attempts > 5 then 5 else attempts end), @now), attempts = attempts + 1
        output inserted.id, inserted.role, inserted.kind, inserted.ticket, inserted.body
        """;

    public override string SettleDeliveries => "delete from outbox output deleted.id where role = @role and id in @ids";

    // holdlock: two processes that open the same new day must not both insert.
    public override string ReserveTicketNumbers => """
        merge intake_number with (holdlock) as n
        using (select @day as day, @count as step) as s on n.day = s.day
        when matched then update set last = n.last + s.step
        when not matched then insert (day, last) values (s.day, s.step)
        output inserted.last;
        """;

    public override string Limit => "offset 0 rows fetch next @limit rows only";
}
