create table intake_number (
    day text not null primary key,
    last integer not null);

create table intake_ticket (
    number text collate "C" not null primary key,
    version integer not null,
    status text not null,
    filed_at timestamptz not null,
    filed_by text not null,
    channel text not null,
    kind text not null,
    title text not null,
    description text not null,
    address text not null,
    lat double precision,
    lng double precision,
    category text,
    urgency text,
    confidential boolean not null,
    attributes text,
    caller_name text,
    caller_phone text,
    phone_hash text,
    repeat_of text,
    excluded boolean not null,
    urged integer not null,
    answer text,
    closed_at timestamptz,
    closed_how text,
    round integer not null,
    routing_version integer not null,
    in_triage boolean not null,
    reissued_after integer not null,
    lead_code text,
    lead_name text,
    routed_category text,
    category_name text,
    order_round integer not null,
    order_version integer not null,
    order_state text,
    public_reply text);
create index intake_ticket_newest on intake_ticket (filed_at desc, number desc);
create index intake_ticket_status on intake_ticket (status, filed_at desc, number desc);
create index intake_ticket_lead on intake_ticket (lead_code, filed_at desc, number desc);
create index intake_ticket_category on intake_ticket (routed_category, filed_at desc, number desc);
create index intake_ticket_phone on intake_ticket (phone_hash, filed_at desc, number desc);

create table intake_callback (
    id text not null primary key,
    ticket text collate "C" not null,
    round integer not null,
    at timestamptz not null,
    actor text not null,
    outcome text not null,
    solved boolean,
    note text not null,
    reissued boolean not null);
create index intake_callback_ticket on intake_callback (ticket, at, id);

create table intake_request (
    caller text not null,
    request_key text not null,
    body_hash text not null,
    ticket text collate "C" not null,
    filed_at timestamptz not null,
    primary key (caller, request_key));
