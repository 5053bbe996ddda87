"""The launcher of this application: its tree, its static files and their launcher lie in this package alone."""
import os

from .slipway_launcher.main import main as launch


def main():
    """Entry point of the console script; returns the exit code."""
    return launch(os.path.join(os.path.dirname(os.path.abspath(__file__)), 'launcher.json'))
