-- What counting needs of one ticket, merged from the messages about it.
create table reporting_fact (
    ticket text not null primary key,
    body text not null);

-- Counts. unit '' is the whole hotline; the other units carry their own breakdowns. Changed only by adding.
create table reporting_rollup (
    day text not null,
    unit text not null,
    dimension text not null,
    code text not null,
    measure text not null,
    value integer not null,
    primary key (day, unit, dimension, code, measure)) without rowid;

-- The names that people read, with the day they were last heard.
create table reporting_label (
    dimension text not null,
    code text not null,
    day text not null,
    name text not null,
    primary key (dimension, code)) without rowid;

-- One row: how often the rollups were corrected. It keeps two corrections from being added for one error.
create table reporting_correction (number integer not null);
insert into reporting_correction (number) values (0);
