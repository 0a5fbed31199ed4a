-- What the work orders of a round share is kept once: the matter, the dispatch decision and how the deadlines were reckoned. An order is then a few hundred bytes that change with every step.
create table handling_round (
    ticket text collate "C" not null,
    round integer not null,
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
    filed_at timestamptz not null,
    deadline_why text not null,
    primary key (ticket, round));
-- Long texts are compressed by LZ4 where the server was built with it, as in migration 9.
do $$
begin
    if not exists (select from pg_settings where name = 'default_toast_compression' and 'lz4' = any(enumvals)) then return; end if;
    alter table handling_round alter column description set compression lz4;
    alter table handling_round alter column why set compression lz4;
end $$;
insert into handling_round (ticket, round, title, description, address, lat, lng, kind, channel, category_code, category_name, street_code, street_name, confidential, why, filed_at, deadline_why)
select ticket, round, title, description, address, lat, lng, kind, channel, category_code, category_name, street_code, street_name, confidential, why, filed_at, deadline_why
from handling_work_order o
where not exists (select 1 from handling_work_order f where f.ticket = o.ticket and f.round = o.round and f.id < o.id);
alter table handling_work_order
    drop column title,
    drop column description,
    drop column address,
    drop column lat,
    drop column lng,
    drop column kind,
    drop column channel,
    drop column category_code,
    drop column category_name,
    drop column street_code,
    drop column street_name,
    drop column confidential,
    drop column why,
    drop column filed_at,
    drop column deadline_why;
-- New orders, small as they are now, fill gaps that old ones left: the times of a range of pages are then two heaps far apart, and one span over both would have a recount read all of the table.
drop index handling_work_order_day;
create index handling_work_order_day on handling_work_order
    using brin (issued_at timestamptz_minmax_multi_ops, accept_by timestamptz_minmax_multi_ops, reply_by timestamptz_minmax_multi_ops) with (pages_per_range = 32, autosummarize = on);
