-- One row for each (ticket, round, unit); id is the three joined. Order of ids and tickets is that of their bytes.
create table handling_work_order (
    id text collate "C" not null primary key,
    ticket text collate "C" not null,
    round integer not null,
    unit_code text collate "C" not null,
    unit_name text not null,
    lead boolean not null,
    state text not null,
    designated boolean not null,
    version integer not null,
    title text not null,
    description text not null,
    address text not null,
    lat double precision,
    lng double precision,
    kind text not null,
    channel text not null,
    category_code text collate "C",
    category_name text,
    street_code text collate "C",
    street_name text,
    confidential boolean not null,
    why text not null,
    deadline_class text not null,
    filed_at timestamptz not null,
    issued_at timestamptz not null,
    accept_by timestamptz not null,
    accepted_at timestamptz,
    accepted_by text,
    reply_by timestamptz not null,
    deadline_why text not null,
    returns text not null,
    replied_at timestamptz,
    replied_by text,
    result text,
    contacted_citizen boolean,
    reply_text text,
    public_text text,
    signed_by_name text,
    signed_by_title text,
    cancelled_at timestamptz,
    cancel_reason text);
create index handling_work_order_unit on handling_work_order (unit_code, reply_by, id);
-- What a unit has in hand stays small while its history grows.
create index handling_work_order_open on handling_work_order (unit_code, reply_by, id) where state in ('issued', 'accepted', 'returned');
create index handling_work_order_ticket on handling_work_order (ticket, id);

-- Whether a ticket has ended; touched first by every change of its work orders, so that they come one after another.
create table handling_ticket (
    ticket text collate "C" not null primary key,
    closed_at timestamptz,
    closed_how text,
    closed_by text);

create table handling_urging (
    id text collate "C" not null primary key,
    ticket text collate "C" not null,
    at timestamptz not null,
    note text not null,
    urged_by text not null);
create index handling_urging_ticket on handling_urging (ticket, at);
