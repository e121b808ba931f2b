class Rectangle
  def initialize(base, height)
    @base = base
    @height = height
  end

  def area
    @base * @height
  end

  def perimeter
    2 * (@base + @height)
  end

  def scale(factor)
    @base *= factor
    @height *= factor
  end

  def square?
    @base == @height
  end
end

class Circle
  attr_reader :radius

  def initialize(radius)
    @radius = radius
  end

  def area
    Math::PI * @radius**2
  end

  def grow(by)
    @radius += by
  end

  def shrink(by)
    @radius -= by
  end
end

class Vector
  attr_reader :x, :y

  def initialize(x, y)
    @x = x
    @y = y
  end

  def ==(other)
    @x == other.x && @y == other.y
  end

  def to_s
    "(#{@x}, #{@y})"
  end
end

class Person
  attr_accessor :first, :last, :age

  def initialize(first, last, age)
    @first = first
    @last = last
    @age = age
  end

  def full_name
    "#{@first} #{@last}"
  end

  def birthday
    @age += 1
  end

  def adult?
    @age >= 18
  end

  def rename(first)
    @first = first
  end
end

class Truck
  def initialize(brand)
    @brand = brand
    @pace = 0
    @running = false
  end

  def speed_up(amount)
    @pace += amount
  end

  def brake(amount)
    @pace -= amount
  end

  def slow_down(amount)
    @pace -= amount
  end

  def start
    @running = true
  end

  def stop
    @running = false
  end

  def running?
    @running
  end
end
