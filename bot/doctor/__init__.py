"""`bandstand doctor`: what is wrong on this machine, with one remedy each. It is a process of its own.

`looking` looks at the machine, `observed` has what it saw, `probes` judges that, `examination` runs them in time.
"""
