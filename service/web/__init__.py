"""What a browser sees: papers, links from mails, and the trial's mailbox."""
