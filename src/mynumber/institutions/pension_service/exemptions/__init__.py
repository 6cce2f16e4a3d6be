"""Relief from premiums of the national pension (国民年金保険料の免除・納付猶予・学生納付特例), from the arrival to the decision.

The pension service decides by delegation of the Minister (国民年金法第109条の4第1項); whoever applies on paper hands it in at the municipality (第12条, 施行令第1条の2).
"""
