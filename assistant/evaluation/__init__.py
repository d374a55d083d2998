"""Measure how good the answers are: question sets, metrics, reports and the gate."""
