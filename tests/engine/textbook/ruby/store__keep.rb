class Pile
  def initialize
    @papers = []
  end

  def push(paper)
    @papers << paper
  end

  def pop
    @papers.pop
  end

  def peek
    @papers.last
  end

  def top
    @papers.last
  end

  def empty?
    @papers.empty?
  end

  def size
    @papers.size
  end

  def clear
    @papers.clear
  end
end

class Line
  def initialize
    @people = []
  end

  def enqueue(person)
    @people << person
  end

  def dequeue
    @people.shift
  end

  def first
    @people.first
  end

  def add_person(person)
    @people << person
  end

  def remove_person(person)
    @people.delete(person)
  end

  def include?(person)
    @people.include?(person)
  end

  def has_person?(person)
    @people.include?(person)
  end

  def count
    @people.size
  end

  def count_people
    @people.size
  end

  def each(&block)
    @people.each(&block)
  end

  def show
    @people.each do |person|
      puts person
    end
  end
end

class Memory
  def initialize
    @cells = {}
  end

  def set(key, value)
    @cells[key] = value
  end

  def get(key)
    @cells[key]
  end

  def has?(key)
    @cells.key?(key)
  end

  def delete(key)
    @cells.delete(key)
  end
end

class Till
  def initialize(owner, amount)
    @owner = owner
    @amount = amount
    @open = false
  end

  def deposit(sum)
    @amount += sum
  end

  def earn(wage)
    @amount += wage
  end

  def pay(price)
    @amount -= price
  end

  def withdraw(sum)
    raise "not enough money" if sum > @amount
    @amount -= sum
  end

  def toggle
    @open = !@open
  end

  def open
    @open = true
  end

  def close
    @open = false
  end

  def open?
    @open
  end

  def amount
    @amount
  end

  def set_amount(amount)
    @amount = amount
  end
end
