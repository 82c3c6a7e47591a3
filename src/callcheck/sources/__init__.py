"""Where absences come from: calendars, mailboxes and files, one file each."""
