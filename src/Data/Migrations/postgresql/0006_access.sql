create table access_key (
    id text not null primary key,
    hash text not null,
    name text not null,
    roles text not null,
    unit text,
    created_at timestamptz not null,
    revoked_at timestamptz);

create table access_account (
    user_name text not null primary key,
    display_name text not null,
    roles text not null,
    unit text,
    password_hash text not null,
    version integer not null,
    failures integer not null,
    locked_until timestamptz,
    created_at timestamptz not null,
    disabled_at timestamptz);
