-- Lists, search, report and recount stay quick at ten million tickets (docs/search.md).

-- Nearly every ticket is closed and most columns start empty: an index on the rest costs the filing of a ticket nothing.
drop index intake_ticket_status on intake_ticket;
create index intake_ticket_status on intake_ticket (status, filed_at desc, number desc) where status <> 'closed';
drop index intake_ticket_lead on intake_ticket;
create index intake_ticket_lead on intake_ticket (lead_code, filed_at desc, number desc) where lead_code is not null;
drop index intake_ticket_category on intake_ticket;
create index intake_ticket_category on intake_ticket (routed_category, filed_at desc, number desc) where routed_category is not null;
drop index intake_ticket_phone on intake_ticket;
create index intake_ticket_phone on intake_ticket (phone_hash, filed_at desc, number desc) where phone_hash is not null;

-- The index of words: a segment holds the tickets filed from one instant to another, its bodies lie in intake_search under id * 65536 + block.
create table intake_search_segment (
    id bigint not null primary key,
    from_at datetimeoffset(3) not null,
    to_at datetimeoffset(3) not null,
    tickets int not null,
    buckets int not null,
    state nvarchar(32) not null,
    since datetimeoffset(3) not null);
create unique index intake_search_segment_ready on intake_search_segment (from_at) where state = 'ready';
create table intake_search (
    id bigint not null primary key,
    body varbinary(max) not null);
-- One row: which process indexes, and until when the others leave it to it.
create table intake_search_indexer (
    holder nvarchar(64) not null,
    until datetimeoffset(3) not null);
insert into intake_search_indexer (holder, until) values ('', '1970-01-01T00:00:00Z');

-- What happened on a day, for the recount of that day.
create index intake_callback_at on intake_callback (at);
create index handling_work_order_issued on handling_work_order (issued_at);
create index handling_work_order_accept on handling_work_order (accept_by);
create index handling_work_order_reply on handling_work_order (reply_by);
create table handling_return (
    at datetimeoffset(3) not null,
    work_order nvarchar(128) collate Latin1_General_BIN2 not null,
    ticket nvarchar(64) collate Latin1_General_BIN2 not null,
    primary key (at, work_order));
insert into handling_return (at, work_order, ticket)
select distinct x.at, x.id, x.ticket
from (
    select cast(json_value(r.value, '$.at') as datetimeoffset(3)) as at, o.id, o.ticket
    from handling_work_order o cross apply openjson(o.returns) r where o.returns <> '[]'
    union all
    select cast(json_value(r.value, '$.review.at') as datetimeoffset(3)), o.id, o.ticket
    from handling_work_order o cross apply openjson(o.returns) r where o.returns <> '[]' and json_value(r.value, '$.review.at') is not null) x;
