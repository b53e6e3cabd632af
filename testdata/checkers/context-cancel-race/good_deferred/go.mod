module example.com/good_deferred

go 1.27
