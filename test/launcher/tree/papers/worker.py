"""A service without a port that ends as it is told to."""
import os
import sys
import time

from papers import note

note('worker runs')
if os.environ.get('WORKER_ENDS'):
    time.sleep(1)
    sys.exit(int(os.environ['WORKER_ENDS']))
time.sleep(600)
