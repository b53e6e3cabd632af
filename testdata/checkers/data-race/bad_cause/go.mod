module example.com/bad_cause

go 1.27
