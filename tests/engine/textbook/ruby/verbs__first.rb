class Mattress
  def initialize
    @pressure = 1
  end

  def inflate(bars)
    @pressure += bars
  end

  def deflate(bars)
    @pressure -= bars
  end

  def pump(bars)
    @pressure += bars
  end

  def release(bars)
    @pressure -= bars
  end

  def pressurize(bars)
    @pressure += bars
  end

  def vent(bars)
    @pressure -= bars
  end
end

class Worker
  def initialize
    @energy = 100
  end

  def rest(hours)
    @energy += hours
  end

  def toil(hours)
    @energy -= hours
  end

  def nap(hours)
    @energy += hours
  end

  def work(hours)
    @energy -= hours
  end

  def relax(hours)
    @energy += hours
  end

  def exhaust(hours)
    @energy -= hours
  end
end

class Bakery
  def initialize
    @loaves = 0
  end

  def bake(count)
    @loaves += count
  end

  def serve(count)
    @loaves -= count
  end

  def prepare(count)
    @loaves += count
  end

  def sell(count)
    @loaves -= count
  end

  def gather(count)
    @loaves += count
  end

  def eat(count)
    @loaves -= count
  end
end

class Pilgrim
  def initialize
    @distance = 0
  end

  def walk(miles)
    @distance += miles
  end

  def retreat(miles)
    @distance -= miles
  end

  def travel(miles)
    @distance += miles
  end

  def backtrack(miles)
    @distance -= miles
  end

  def hike(miles)
    @distance += miles
  end

  def recede(miles)
    @distance -= miles
  end
end

class Cook
  def initialize
    @skill = 1
  end

  def train(lessons)
    @skill += lessons
  end

  def forget(lessons)
    @skill -= lessons
  end

  def study(lessons)
    @skill += lessons
  end

  def neglect(lessons)
    @skill -= lessons
  end

  def practice(lessons)
    @skill += lessons
  end

  def unlearn(lessons)
    @skill -= lessons
  end
end

class Rope
  def initialize
    @length = 10
  end

  def stretch(part)
    @length += part
  end

  def shorten(part)
    @length -= part
  end

  def lengthen(part)
    @length += part
  end

  def trim(part)
    @length -= part
  end

  def prolong(part)
    @length += part
  end

  def clip(part)
    @length -= part
  end
end

class Merchant
  def initialize
    @coins = 0
  end

  def earn(sum)
    @coins += sum
  end

  def spend(sum)
    @coins -= sum
  end

  def collect(sum)
    @coins += sum
  end

  def lose(sum)
    @coins -= sum
  end

  def win(sum)
    @coins += sum
  end

  def donate(sum)
    @coins -= sum
  end
end

class Stove
  def initialize
    @warmth = 20
  end

  def warm(degrees)
    @warmth += degrees
  end

  def cool(degrees)
    @warmth -= degrees
  end

  def heat(degrees)
    @warmth += degrees
  end

  def chill(degrees)
    @warmth -= degrees
  end

  def preheat(degrees)
    @warmth += degrees
  end

  def freeze(degrees)
    @warmth -= degrees
  end
end

class Cyclist
  def initialize
    @pace = 0
  end

  def accelerate(by)
    @pace += by
  end

  def brake(by)
    @pace -= by
  end

  def hasten(by)
    @pace += by
  end

  def decelerate(by)
    @pace -= by
  end

  def quicken(by)
    @pace += by
  end

  def slow(by)
    @pace -= by
  end
end

class Meadow
  def initialize
    @moisture = 0
  end

  def water(liters)
    @moisture += liters
  end

  def dry(liters)
    @moisture -= liters
  end

  def irrigate(liters)
    @moisture += liters
  end

  def evaporate(liters)
    @moisture -= liters
  end

  def sprinkle(liters)
    @moisture += liters
  end

  def drain(liters)
    @moisture -= liters
  end
end
