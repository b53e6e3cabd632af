package away
