-- Lists, search, report and recount stay quick at ten million tickets (docs/search.md).

-- Nearly every ticket is closed and most columns start empty: an index on the rest costs the filing of a ticket nothing.
drop index intake_ticket_status;
create index intake_ticket_status on intake_ticket (status, filed_at desc, number desc) where status <> 'closed';
drop index intake_ticket_lead;
create index intake_ticket_lead on intake_ticket (lead_code, filed_at desc, number desc) where lead_code is not null;
drop index intake_ticket_category;
create index intake_ticket_category on intake_ticket (routed_category, filed_at desc, number desc) where routed_category is not null;
drop index intake_ticket_phone;
create index intake_ticket_phone on intake_ticket (phone_hash, filed_at desc, number desc) where phone_hash is not null;

-- The index of words: a segment holds the tickets filed from one instant to another, its bodies lie in intake_search under id * 65536 + block.
create table intake_search_segment (
    id bigint not null primary key,
    from_at timestamptz not null,
    to_at timestamptz not null,
    tickets integer not null,
    buckets integer not null,
    state text not null,
    since timestamptz not null);
create unique index intake_search_segment_ready on intake_search_segment (from_at) where state = 'ready';
create table intake_search (
    id bigint not null primary key,
    body bytea not null);
-- Lists of numbers that are packed already.
alter table intake_search alter column body set storage external;
-- One row: which process indexes, and until when the others leave it to it.
create table intake_search_indexer (
    holder text not null,
    until timestamptz not null);
insert into intake_search_indexer (holder, until) values ('', '1970-01-01T00:00:00Z');

-- What happened on a day, for the recount of that day. Rows are added in the order of time, so a few bytes for each block of pages do.
create index intake_callback_at on intake_callback using brin (at) with (pages_per_range = 32, autosummarize = on);
create index handling_work_order_day on handling_work_order
    using brin (issued_at, accept_by timestamptz_minmax_multi_ops, reply_by timestamptz_minmax_multi_ops) with (pages_per_range = 32, autosummarize = on);
create table handling_return (
    at timestamptz not null,
    work_order text collate "C" not null,
    ticket text collate "C" not null,
    primary key (at, work_order));
insert into handling_return (at, work_order, ticket)
select distinct x.at, x.id, x.ticket
from (
    select cast(r ->> 'at' as timestamptz) as at, o.id, o.ticket
    from handling_work_order o cross join json_array_elements(cast(o.returns as json)) r where o.returns <> '[]'
    union all
    select cast(r -> 'review' ->> 'at' as timestamptz), o.id, o.ticket
    from handling_work_order o cross join json_array_elements(cast(o.returns as json)) r where o.returns <> '[]' and r -> 'review' ->> 'at' is not null) x;
