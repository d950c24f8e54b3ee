"""A variant that runs to be measured: a project of its own, whose replicas are switched on and off.

Every replica that a measurement may need is there from the start. Those that are not to work are
drained at their balancer, or, where they have none, paused: so two numbers of replicas can be
compared within seconds, in turns, while the rest of the application goes on.
"""
