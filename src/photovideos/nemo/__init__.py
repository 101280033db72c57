"""The client of the NemoVideo contract: the only rooms that speak HTTP. They know nothing of folders or jobs.

client    every endpoint; the only httpx          network   sockets that hear the stop event
wire      PURE: JSON <-> our types                codes     PURE: codes -> the errors of the tree
jsontext  PURE: JSON kept as text                 sse       PURE: the event stream
token     the account's file                      account   headers, links and sentences about the account
instruct  one message, never charged twice        upload    the files, one by one
gui draft render download                         what is said, made and fetched
"""
