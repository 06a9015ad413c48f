"""The specialists, declared as data, and the steps each can take. They propose; they never act."""
