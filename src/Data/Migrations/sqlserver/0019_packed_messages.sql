-- Messages are stored as bytes: several of one transaction are packed. What is still owed is put into UTF-8, by a collation that SQL Server 2019 has and 2017 has not:
-- there this fails until nothing is owed any more. In other batches, because a batch is read before its columns are there.
alter table outbox add packed varbinary(max);
if exists (select 1 from outbox)
    exec('update outbox set packed = cast(cast(body collate Latin1_General_100_BIN2_UTF8 as varchar(max)) as varbinary(max))');
alter table outbox drop column body;
exec sp_rename 'outbox.packed', 'body', 'COLUMN';
exec('alter table outbox alter column body varbinary(max) not null');
