-- What may change of a ticket is kept beside what the citizen said, which never does: noting where a ticket went writes a narrow row anew, and not its texts.
create table intake_progress (
    number text not null primary key,
    filed_at text not null,
    version integer not null,
    status text not null,
    excluded integer not null,
    urged integer not null,
    answer text,
    closed_at text,
    closed_how text,
    round integer not null,
    routing_version integer not null,
    in_triage integer not null,
    reissued_after integer not null,
    lead_code text,
    lead_name text,
    routed_category text,
    category_name text,
    order_round integer not null,
    order_version integer not null,
    order_state text,
    public_reply text);
insert into intake_progress (
    number, filed_at, version, status, excluded, urged, answer, closed_at, closed_how, round, routing_version, in_triage, reissued_after, lead_code, lead_name, routed_category,
    category_name, order_round, order_version, order_state, public_reply)
select number, filed_at, version, status, excluded, urged, answer, closed_at, closed_how, round, routing_version, in_triage, reissued_after, lead_code, lead_name, routed_category,
    category_name, order_round, order_version, order_state, public_reply
from intake_ticket;
create index intake_progress_status on intake_progress (status, filed_at desc, number desc) where status <> 'closed';
create index intake_progress_lead on intake_progress (lead_code, filed_at desc, number desc) where lead_code is not null;
create index intake_progress_category on intake_progress (routed_category, filed_at desc, number desc, lead_code) where routed_category is not null;
create table intake_said (
    number text not null primary key,
    filed_at text not null,
    filed_by text not null,
    channel text not null,
    kind text not null,
    title text not null,
    description text not null,
    address text not null,
    lat real,
    lng real,
    category text,
    urgency text,
    confidential integer not null,
    attributes text,
    caller_name text,
    caller_phone text,
    phone_hash text,
    repeat_of text);
insert into intake_said (number, filed_at, filed_by, channel, kind, title, description, address, lat, lng, category, urgency, confidential, attributes, caller_name, caller_phone, phone_hash, repeat_of)
select number, filed_at, filed_by, channel, kind, title, description, address, lat, lng, category, urgency, confidential, attributes, caller_name, caller_phone, phone_hash, repeat_of
from intake_ticket order by rowid;
drop table intake_ticket;
alter table intake_said rename to intake_ticket;
create index intake_ticket_newest on intake_ticket (filed_at desc, number desc);
create index intake_ticket_phone on intake_ticket (phone_hash, filed_at desc, number desc) where phone_hash is not null;
