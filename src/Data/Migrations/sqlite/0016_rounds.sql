-- What the work orders of a round share is kept once: the matter, the dispatch decision and how the deadlines were reckoned. An order is then a few hundred bytes that change with every step.
create table handling_round (
    ticket text not null,
    round integer not null,
    title text not null,
    description text not null,
    address text not null,
    lat real,
    lng real,
    kind text not null,
    channel text not null,
    category_code text,
    category_name text,
    street_code text,
    street_name text,
    confidential integer not null,
    why text not null,
    filed_at text not null,
    deadline_why text not null,
    primary key (ticket, round));
insert into handling_round (ticket, round, title, description, address, lat, lng, kind, channel, category_code, category_name, street_code, street_name, confidential, why, filed_at, deadline_why)
select ticket, round, title, description, address, lat, lng, kind, channel, category_code, category_name, street_code, street_name, confidential, why, filed_at, deadline_why
from handling_work_order o
where not exists (select 1 from handling_work_order f where f.ticket = o.ticket and f.round = o.round and f.id < o.id);
alter table handling_work_order rename to handling_work_order_before;
create table handling_work_order (
    id text not null primary key,
    ticket text not null,
    round integer not null,
    unit_code text not null,
    unit_name text not null,
    lead integer not null,
    state text not null,
    designated integer not null,
    version integer not null,
    deadline_class text not null,
    issued_at text not null,
    accept_by text not null,
    accepted_at text,
    accepted_by text,
    reply_by text not null,
    returns text not null,
    replied_at text,
    replied_by text,
    result text,
    contacted_citizen integer,
    reply_text text,
    public_text text,
    signed_by_name text,
    signed_by_title text,
    cancelled_at text,
    cancel_reason text);
insert into handling_work_order (id, ticket, round, unit_code, unit_name, lead, state, designated, version, deadline_class, issued_at, accept_by, accepted_at, accepted_by, reply_by, returns, replied_at, replied_by, result, contacted_citizen, reply_text, public_text, signed_by_name, signed_by_title, cancelled_at, cancel_reason)
select id, ticket, round, unit_code, unit_name, lead, state, designated, version, deadline_class, issued_at, accept_by, accepted_at, accepted_by, reply_by, returns, replied_at, replied_by, result, contacted_citizen, reply_text, public_text, signed_by_name, signed_by_title, cancelled_at, cancel_reason
from handling_work_order_before;
drop table handling_work_order_before;
create index handling_work_order_unit on handling_work_order (unit_code, reply_by, id);
create index handling_work_order_open on handling_work_order (unit_code, reply_by, id) where state in ('issued', 'accepted', 'returned');
create index handling_work_order_ticket on handling_work_order (ticket, id);
create index handling_work_order_issued on handling_work_order (issued_at);
create index handling_work_order_accept on handling_work_order (accept_by);
create index handling_work_order_reply on handling_work_order (reply_by);
create index handling_work_order_taken_back on handling_work_order (unit_code, cancelled_at) where state = 'cancelled';
create index handling_work_order_cancelled on handling_work_order (unit_code, reply_by, id) where state = 'cancelled';
