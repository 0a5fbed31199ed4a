-- The grids and the boundaries in force, each as it was sent; older ones are not kept.
create table dispatch_place_file (
    part text not null,
    version integer not null,
    saved_at text not null,
    saved_by text not null,
    body text not null,
    primary key (part));

-- JSON: code, name and entrance.
alter table dispatch_decision add column grid text;
