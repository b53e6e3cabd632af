module example.com/good_unread

go 1.27
