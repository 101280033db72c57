"""The client of the NemoVideo contract: the only rooms that speak HTTP. They know nothing of folders or jobs.

client      every endpoint
caller      how a call is made, asked again, and what its codes mean here
exchange    one exchange with one server
transport   httpx on our sockets, through a proxy or not
network     sockets that hear the stop event; patience: how long they wait
wire        PURE: JSON <-> our types
codes       PURE: codes -> the errors of the tree
jsontext    PURE: JSON kept as text
sse         PURE: the event stream; transcript: what was said in it
token       the account's tokens; tokenfile: where they are kept
account     PURE: headers, links and sentences about the account
instruct    one message, never charged twice; turns: one at a time
upload      the files, one by one
draft       PURE: what can be read in a draft
gui         PURE: what is talk about a screen
render      from the draft to a finished film, never lost; attempt: one id of it; progress: how far it was seen to be
download    the film, whole, from checked addresses
"""
