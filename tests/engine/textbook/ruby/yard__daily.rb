class Berth
  def initialize(limit)
    @limit = limit
    @boats = []
    @anchored = false
  end

  def crowded?
    @boats.size >= @limit
  end

  def packed?
    @boats.size >= @limit
  end

  def full?
    @boats.size >= @limit
  end

  def place?
    @boats.size < @limit
  end

  def space?
    @boats.size < @limit
  end

  def deserted?
    @boats.empty?
  end

  def anchored?
    @anchored
  end

  def anchor
    @anchored = true
  end

  def cast_off
    @anchored = false
  end
end

class Chest
  def initialize(length, width, height)
    @length = length
    @width = width
    @height = height
  end

  def volume
    @length * @width * @height
  end
end

class Coupon
  attr_reader :code, :expires

  def initialize(code, expires)
    @code = code
    @expires = expires
  end

  def expired?(now)
    now > @expires
  end

  def overdue?(today)
    today > @expires
  end

  def to_s
    "#{@code} (#{@expires})"
  end
end

class Register
  def initialize
    @places = {}
  end

  def find(key)
    @places[key]
  end

  def look_up(key)
    @places[key]
  end

  def fetch(key)
    @places[key]
  end

  def record(key, value)
    @places[key] = value
  end

  def store(key, value)
    @places[key] = value
  end

  def forget(key)
    @places.delete(key)
  end

  def erase(key)
    @places.delete(key)
  end

  def knows?(key)
    @places.key?(key)
  end
end

def larger(one, other)
  one > other ? one : other
end

def lesser(one, other)
  one < other ? one : other
end

def may_ride?(height, minimum)
  height >= minimum
end

def odds(numbers)
  numbers.select(&:odd?)
end

def longest_of(words)
  words.max_by(&:length)
end

def show_all(things)
  things.each { |thing| puts thing }
end

def countdown(number)
  while number > 0
    puts number
    number -= 1
  end
end
