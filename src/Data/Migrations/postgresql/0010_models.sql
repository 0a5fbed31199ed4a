-- Category models that were learned from the hotline's own tickets, and which one is in use.
create table dispatch_model (
    version bigint not null,
    trained_at timestamptz not null,
    trained_by text not null,
    texts integer not null,
    classes integer not null,
    share double precision not null,
    newest timestamptz not null,
    tested integer not null,
    correct integer not null,
    correct_before integer not null,
    taken boolean not null,
    model bytea,
    primary key (version));

create table dispatch_model_use (
    id bigint not null,
    version bigint not null,
    used_at timestamptz not null,
    used_by text not null,
    primary key (id));

-- The class that the returning unit takes the matter for.
alter table dispatch_return add column category text;
