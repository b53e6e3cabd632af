module example.com/skip/nested
