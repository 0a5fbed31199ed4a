-- Whether a segment of the search index also knows under which pairs of letters its tickets are looked up when one like them is filed (docs/adr/0015). Those of the time in which repeats are
-- looked for are built again.
alter table intake_search_segment add column likeness integer not null default 0;

-- The hot issues of the days up to one day: what people read, computed now and then.
create table reporting_hot (
    day text not null,
    days integer not null,
    computed_at text not null,
    took_ms integer not null,
    body text not null,
    primary key (day, days)) strict;
-- One row: which process computes, and until when the others leave it to it.
create table reporting_hot_finder (
    holder text not null,
    until text not null) strict;
insert into reporting_hot_finder (holder, until) values ('', '1970-01-01T00:00:00.000Z');
