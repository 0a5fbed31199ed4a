-- nvarchar in every table: parameters are, and comparing one with a varchar column converts the column and passes its index by.
create table timeline (
    id bigint identity not null primary key,
    ticket nvarchar(32) not null,
    at datetimeoffset(3) not null,
    actor nvarchar(200) not null,
    action nvarchar(64) not null,
    unit nvarchar(64),
    reason nvarchar(max));
create index timeline_ticket on timeline (ticket, id);

create table outbox (
    id nchar(32) collate Latin1_General_BIN2 not null,
    role nvarchar(16) not null,
    kind nvarchar(64) not null,
    ticket nvarchar(32) not null,
    body nvarchar(max) not null,
    created_at datetimeoffset(3) not null,
    due_at datetimeoffset(3) not null,
    attempts int not null,
    fault nvarchar(1000),
    faulted_at datetimeoffset(3),
    primary key (id, role));
create index outbox_due on outbox (due_at, id) where fault is null;
create index outbox_fault on outbox (faulted_at, id) where fault is not null;
