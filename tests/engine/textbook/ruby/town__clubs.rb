class Choir
  def initialize(town, capacity)
    @town = town
    @capacity = capacity
    @singers = []
  end

  def hire(singer)
    @singers << singer
  end

  def fire(singer)
    @singers.delete(singer)
  end

  def enroll(singer)
    @singers << singer
  end

  def expel(singer)
    @singers.delete(singer)
  end

  def join(singer)
    @singers << singer
  end

  def leave(singer)
    @singers.delete(singer)
  end

  def take(singer)
    @singers.delete(singer)
  end

  def add_all(newcomers)
    @singers.concat(newcomers)
  end

  def hire_all(people)
    @singers.concat(people)
  end

  def full?
    @singers.size >= @capacity
  end

  def room?
    @singers.size < @capacity
  end

  def find_by_id(id)
    @singers.find { |singer| singer.id == id }
  end

  def find_by_name(name)
    @singers.find { |singer| singer.name == name }
  end

  def names
    @singers.map(&:name)
  end
end

class Bill
  def initialize
    @entries = []
  end

  def total
    @entries.sum(&:price)
  end

  def total_price
    @entries.sum { |entry| entry.price }
  end
end

class Depot
  def initialize
    @supplies = Hash.new(0)
  end

  def add(part, count)
    @supplies[part] += count
  end

  def count(part)
    @supplies[part]
  end
end

class Wallet
  def initialize(cents)
    @cents = cents
  end

  def afford?(price)
    @cents >= price
  end
end

class Magazine
  def initialize(copies)
    @copies = copies
  end

  def available?
    @copies > 0
  end

  def sold_out?
    @copies == 0
  end
end

class Ball
  def initialize(radius)
    @radius = radius
  end

  def area
    Math::PI * @radius**2
  end

  def circumference
    2 * Math::PI * @radius
  end
end

class Spot
  def initialize(x, y)
    @x = x
    @y = y
  end

  def to_s
    "(#{@x}, #{@y})"
  end
end

class Diver
  def initialize
    @depths = []
  end

  def average
    @depths.sum / @depths.size.to_f
  end

  def highest
    @depths.max
  end
end

def celsius_to_fahrenheit(celsius)
  celsius * 9.0 / 5 + 32
end
