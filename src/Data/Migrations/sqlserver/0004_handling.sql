-- One row for each (ticket, round, unit); id is the three joined. Order of ids and tickets is that of their bytes.
create table handling_work_order (
    id nvarchar(128) collate Latin1_General_BIN2 not null primary key,
    ticket nvarchar(64) collate Latin1_General_BIN2 not null,
    round int not null,
    unit_code nvarchar(64) collate Latin1_General_BIN2 not null,
    unit_name nvarchar(200) not null,
    lead bit not null,
    state nvarchar(32) not null,
    designated bit not null,
    version int not null,
    title nvarchar(max) not null,
    description nvarchar(max) not null,
    address nvarchar(max) not null,
    lat float,
    lng float,
    kind nvarchar(32) not null,
    channel nvarchar(32) not null,
    category_code nvarchar(64) collate Latin1_General_BIN2,
    category_name nvarchar(200),
    street_code nvarchar(64) collate Latin1_General_BIN2,
    street_name nvarchar(200),
    confidential bit not null,
    why nvarchar(max) not null,
    deadline_class nvarchar(32) not null,
    filed_at datetimeoffset(3) not null,
    issued_at datetimeoffset(3) not null,
    accept_by datetimeoffset(3) not null,
    accepted_at datetimeoffset(3),
    accepted_by nvarchar(200),
    reply_by datetimeoffset(3) not null,
    deadline_why nvarchar(max) not null,
    returns nvarchar(max) not null,
    replied_at datetimeoffset(3),
    replied_by nvarchar(200),
    result nvarchar(32),
    contacted_citizen bit,
    reply_text nvarchar(max),
    public_text nvarchar(max),
    signed_by_name nvarchar(200),
    signed_by_title nvarchar(200),
    cancelled_at datetimeoffset(3),
    cancel_reason nvarchar(32));
create index handling_work_order_unit on handling_work_order (unit_code, reply_by, id);
-- What a unit has in hand stays small while its history grows.
create index handling_work_order_open on handling_work_order (unit_code, reply_by, id) where state in ('issued', 'accepted', 'returned');
create index handling_work_order_ticket on handling_work_order (ticket, id);

-- Whether a ticket has ended; touched first by every change of its work orders, so that they come one after another.
create table handling_ticket (
    ticket nvarchar(64) collate Latin1_General_BIN2 not null primary key,
    closed_at datetimeoffset(3),
    closed_how nvarchar(32),
    closed_by nvarchar(200));

create table handling_urging (
    id nvarchar(64) collate Latin1_General_BIN2 not null primary key,
    ticket nvarchar(64) collate Latin1_General_BIN2 not null,
    at datetimeoffset(3) not null,
    note nvarchar(max) not null,
    urged_by nvarchar(200) not null);
create index handling_urging_ticket on handling_urging (ticket, at);
