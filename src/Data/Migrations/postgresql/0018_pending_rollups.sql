-- What is still to be added to the lines of the rollups, a row for each transaction that counted: a line is changed once for many tickets.
create table reporting_pending (
    id text collate "C" not null primary key,
    lines integer not null,
    body text not null);
-- A row lives for seconds, as in the outbox: the table keeps its pages (migration 17).
alter table reporting_pending set (vacuum_truncate = off, autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_threshold = 1000);
do $$
begin
    if not exists (select from pg_settings where name = 'default_toast_compression' and 'lz4' = any(enumvals)) then return; end if;
    alter table reporting_pending alter column body set compression lz4;
end $$;
