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

    // Class 20 and above closes the connection: not reached, hung up, shut down (their numbers differ between Windows and Linux).
    // -2 timeout; 701/802/1204/8645/8651/10928/10929 out of memory, locks or workers; 1101/1105/9002 full; 3906 read only, after a failover;
    // 904/921/922/927/942/976/978/983/4060 database starting, recovering, offline or secondary; 596/6005/17142/18401 shutting down or paused;
    // 40197/40501/40613/49918/49919/49920 the cloud's own words for busy
    public override bool IsAway(Exception exception) => exception is SqlException { Class: >= 20 } or SqlException
    {
        Number: -2 or 701 or 802 or 1204 or 8645 or 8651 or 10928 or 10929 or 1101 or 1105 or 9002 or 3906
            or 904 or 921 or 922 or 927 or 942 or 976 or 978 or 983 or 4060 or 596 or 6005 or 17142 or 18401
            or 40197 or 40501 or 40613 or 49918 or 49919 or 49920,
    };

    public override bool IsFull(Exception exception) => exception is SqlException { Number: 1101 or 1105 or 9002 };

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
            select top (@limit) id, role, kind, ticket, body, messages, due_at, attempts
            from outbox with (updlock, readpast, rowlock)
            where fault is null and due_at <= @now
            order by due_at, id)
        update due
        set due_at = dateadd(millisecond, @seconds * 1000 * power(2, case when attempts > 5 then 5 else attempts end), @now), attempts = attempts + 1
        output inserted.id, inserted.role, inserted.kind, inserted.ticket, inserted.body, inserted.messages
        """;

    public override string SettleDeliveries => $"delete from outbox output deleted.id where role = @role and {Among("id", "@ids")}";

    public override string Among(string column, string parameter) =>
        $"{column} in (select cast(value as nvarchar(128)) collate Latin1_General_BIN2 from openjson({parameter}))";

    internal override string Take(string columns, string table, string key) =>
        $"select {columns} from {table} with (updlock, rowlock) where {Among(key, "@keys")} order by {key}";

    internal override string Hold(string table, string key, string which) => $"select 1 from {table} with (updlock, rowlock) where {key} in ({which}) order by {key}";

    // holdlock: two processes that add the same row must not both find it missing.
    internal override string InsertMissing<T>(Bulk<T> bulk, IReadOnlyList<string> keys, bool one) => $"""
        insert into {bulk.Table} ({bulk.ColumnNames})
        select {string.Join(", ", bulk.Columns.Select(c => $"@{c.Property}"))}
        where not exists (select 1 from {bulk.Table} with (updlock, holdlock) where {string.Join(" and ", keys.Select(k => $"{k} = @{bulk.Columns.Single(c => c.Name == k).Property}"))})
        """;

    internal override string Add<T>(Bulk<T> bulk, IReadOnlyList<string> keys, IReadOnlyList<string> numbers, bool one) => $"""
        merge {bulk.Table} with (holdlock) as t
        using (select {string.Join(", ", bulk.Columns.Select(c => $"@{c.Property} as {c.Name}"))}) as n
        on {string.Join(" and ", keys.Select(k => $"t.{k} = n.{k}"))}
        when matched then update set {string.Join(", ", numbers.Select(c => $"{c} = t.{c} + n.{c}"))}
        when not matched then insert ({bulk.ColumnNames}) values ({string.Join(", ", bulk.Columns.Select(c => $"n.{c.Name}"))});
        """;

    // holdlock: two processes that open the same new day must not both insert.
    public override string ReserveTicketNumbers => """
        merge intake_number with (holdlock) as n
        using (select @day as day, @count as step) as s on n.day = s.day
        when matched then update set last = n.last + s.step
        when not matched then insert (day, last) values (s.day, s.step)
        output inserted.last;
        """;

    public override string KeepLabels => """
        merge reporting_label with (holdlock) as l
        using (select heard.dimension, heard.code, heard.day, heard.name
               from (select dimension collate Latin1_General_BIN2 as dimension, code collate Latin1_General_BIN2 as code,
                            day collate Latin1_General_BIN2 as day, name collate Latin1_General_BIN2 as name
                     from openjson(@labels) with (dimension nvarchar(16), code nvarchar(64), day nvarchar(10), name nvarchar(200))) as heard
               where not exists (
                   select 1 from reporting_label old
                   where old.dimension = heard.dimension and old.code = heard.code
                     and (old.day > heard.day or (old.day = heard.day and old.name >= heard.name)))) as new
        on l.dimension = new.dimension and l.code = new.code
        when matched and (new.day > l.day or (new.day = l.day and new.name > l.name)) then update set day = new.day, name = new.name
        when not matched then insert (dimension, code, day, name) values (new.dimension, new.code, new.day, new.name);
        """;

    public override string AmongNumbers => "in (select cast(value as bigint) from openjson(@among))";

    public override string Limit => "offset 0 rows fetch next @limit rows only";
}
