-- What a ticket describes stands with the Dispatcher, and is read from there where one work order is.
alter table handling_round drop column description;
