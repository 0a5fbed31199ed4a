-- What may change of a ticket is kept beside what the citizen said, which never does: noting where a ticket went writes a narrow row anew, and not its texts.
create table intake_progress (
    number text collate "C" not null primary key,
    filed_at timestamptz not null,
    version integer not null,
    status text collate "C" not null,
    excluded boolean not null,
    urged integer not null,
    answer text,
    closed_at timestamptz,
    closed_how text,
    round integer not null,
    routing_version integer not null,
    in_triage boolean not null,
    reissued_after integer not null,
    lead_code text collate "C",
    lead_name text,
    routed_category text collate "C",
    category_name text,
    order_round integer not null,
    order_version integer not null,
    order_state text,
    public_reply text);
-- Long texts are compressed by LZ4 where the server was built with it, as in migration 9.
do $$
begin
    if not exists (select from pg_settings where name = 'default_toast_compression' and 'lz4' = any(enumvals)) then return; end if;
    alter table intake_progress alter column answer set compression lz4;
    alter table intake_progress alter column public_reply set compression lz4;
end $$;
insert into intake_progress (
    number, filed_at, version, status, excluded, urged, answer, closed_at, closed_how, round, routing_version, in_triage, reissued_after, lead_code, lead_name, routed_category,
    category_name, order_round, order_version, order_state, public_reply)
select number, filed_at, version, status, excluded, urged, answer, closed_at, closed_how, round, routing_version, in_triage, reissued_after, lead_code, lead_name, routed_category,
    category_name, order_round, order_version, order_state, public_reply
from intake_ticket;
create index intake_progress_status on intake_progress (status, filed_at desc, number desc) where status <> 'closed';
create index intake_progress_lead on intake_progress (lead_code, filed_at desc, number desc) where lead_code is not null;
create index intake_progress_category on intake_progress (routed_category, filed_at desc, number desc) include (lead_code) where routed_category is not null;
drop index intake_ticket_status;
drop index intake_ticket_lead;
drop index intake_ticket_category;
alter table intake_ticket
    drop column version,
    drop column status,
    drop column excluded,
    drop column urged,
    drop column answer,
    drop column closed_at,
    drop column closed_how,
    drop column round,
    drop column routing_version,
    drop column in_triage,
    drop column reissued_after,
    drop column lead_code,
    drop column lead_name,
    drop column routed_category,
    drop column category_name,
    drop column order_round,
    drop column order_version,
    drop column order_state,
    drop column public_reply;
