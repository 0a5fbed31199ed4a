-- Category models that were learned from the hotline's own tickets, and which one is in use.
create table dispatch_model (
    version integer not null,
    trained_at text not null,
    trained_by text not null,
    texts integer not null,
    classes integer not null,
    share real not null,
    newest text not null,
    tested integer not null,
    correct integer not null,
    correct_before integer not null,
    taken integer not null,
    model blob,
    primary key (version));

create table dispatch_model_use (
    id integer not null,
    version integer not null,
    used_at text not null,
    used_by text not null,
    primary key (id));

-- The class that the returning unit takes the matter for.
alter table dispatch_return add column category text;
