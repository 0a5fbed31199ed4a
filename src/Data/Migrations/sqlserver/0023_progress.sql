-- What may change of a ticket is kept beside what the citizen said, which never does: noting where a ticket went writes a narrow row anew, and not its texts.
create table intake_progress (
    number nvarchar(32) not null primary key,
    filed_at datetimeoffset(3) not null,
    version int not null,
    status nvarchar(64) not null,
    excluded bit not null,
    urged int not null,
    answer nvarchar(max),
    closed_at datetimeoffset(3),
    closed_how nvarchar(64),
    round int not null,
    routing_version int not null,
    in_triage bit not null,
    reissued_after int not null,
    lead_code nvarchar(64),
    lead_name nvarchar(200),
    routed_category nvarchar(64),
    category_name nvarchar(200),
    order_round int not null,
    order_version int not null,
    order_state nvarchar(64),
    public_reply nvarchar(max));
insert into intake_progress (
    number, filed_at, version, status, excluded, urged, answer, closed_at, closed_how, round, routing_version, in_triage, reissued_after, lead_code, lead_name, routed_category,
    category_name, order_round, order_version, order_state, public_reply)
select number, filed_at, version, status, excluded, urged, answer, closed_at, closed_how, round, routing_version, in_triage, reissued_after, lead_code, lead_name, routed_category,
    category_name, order_round, order_version, order_state, public_reply
from intake_ticket;
create index intake_progress_status on intake_progress (status, filed_at desc, number desc) where status <> 'closed';
create index intake_progress_lead on intake_progress (lead_code, filed_at desc, number desc) where lead_code is not null;
create index intake_progress_category on intake_progress (routed_category, filed_at desc, number desc) include (lead_code) where routed_category is not null;
drop index intake_ticket_status on intake_ticket;
drop index intake_ticket_lead on intake_ticket;
drop index intake_ticket_category on intake_ticket;
alter table intake_ticket drop column version, status, excluded, urged, answer, closed_at, closed_how, round, routing_version, in_triage, reissued_after, lead_code, lead_name, routed_category, category_name, order_round, order_version, order_state, public_reply;
