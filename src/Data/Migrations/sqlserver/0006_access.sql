create table access_key (
    id nvarchar(64) not null primary key,
    hash nchar(64) not null,
    name nvarchar(200) not null,
    roles nvarchar(200) not null,
    unit nvarchar(64),
    created_at datetimeoffset(3) not null,
    revoked_at datetimeoffset(3));

create table access_account (
    user_name nvarchar(64) not null primary key,
    display_name nvarchar(200) not null,
    roles nvarchar(200) not null,
    unit nvarchar(64),
    password_hash nvarchar(400) not null,
    version int not null,
    failures int not null,
    locked_until datetimeoffset(3),
    created_at datetimeoffset(3) not null,
    disabled_at datetimeoffset(3));
