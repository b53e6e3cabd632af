module example.com/bad_deferred

go 1.27
