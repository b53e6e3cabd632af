// Package bank takes its locks in two orders, in different packages and through helpers.
package bank

import (
	"sync"

	"example.com/bank/journal"
)

type Bank struct {
	mu       sync.Mutex
	accounts map[string]*Account
	log      *journal.Journal
}

type Account struct {
	mu      sync.RWMutex
	balance int
}

// Total holds the bank, and locks accounts one by one.
func (b *Bank) Total() (total int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, account := range b.accounts {
		total += account.read()
	}
	return total
}

func (a *Account) read() int {
	a.mu.RLock()
	defer a.mu.RUnlock()
	return a.balance
}

// Close holds an account, and locks the bank.
func (b *Bank) Close(name string, a *Account) {
	a.mu.Lock()
	defer a.mu.Unlock()
	b.forget(name)
}

func (b *Bank) forget(name string) {
	b.mu.Lock() // want `lock-order: .Account.mu. is locked before .example.com/bank.Bank.mu. here, elsewhere .example.com/bank.Bank.mu. before .example.com/bank.Account.mu.`
	delete(b.accounts, name)
	b.mu.Unlock()
}

// Write and Flush take two locks in one order.
func (b *Bank) Write(line string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.log.Add(line)
}

func (b *Bank) Flush() {
	b.mu.Lock()
	b.log.Add("flush")
	b.mu.Unlock()
	b.log.With(func() {})
}
