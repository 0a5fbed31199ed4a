-- Who called is looked up in the index of words, which writes it for thousands of tickets together; an index in the order of phones had a page written for every ticket.
alter table intake_search_segment add callers bit not null default 0;
drop index intake_ticket_phone on intake_ticket;
