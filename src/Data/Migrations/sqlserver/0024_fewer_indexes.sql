-- Only those in triage are listed by their state: an index on the rest cost each decision a row of it.
drop index dispatch_ticket_status on dispatch_ticket;
create index dispatch_ticket_triage on dispatch_ticket (since, number) where status = 'triage';
