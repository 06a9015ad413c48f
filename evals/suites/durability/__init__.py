"""The suite `durability`: kills, freezes and restarts while mails leave; what counts is what arrived."""
