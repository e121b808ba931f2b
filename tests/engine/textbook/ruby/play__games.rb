class Knight
  attr_reader :title, :strength

  def initialize(title, strength)
    @title = title
    @strength = strength
    @honor = 0
    @asleep = false
  end

  def increase_strength(amount)
    @strength += amount
  end

  def decrease_strength(amount)
    @strength -= amount
  end

  def gain_honor(points)
    @honor += points
  end

  def lose_honor(points)
    @honor -= points
  end

  def sleep
    @asleep = true
  end

  def wake
    @asleep = false
  end

  def asleep?
    @asleep
  end

  def strong?
    @strength > 50
  end

  def title
    @title
  end

  def title=(title)
    @title = title
  end

  def to_s
    "#{@title} (#{@strength})"
  end
end

class Monster
  def initialize(kind, life)
    @kind = kind
    @life = life
  end

  def hurt(points)
    @life -= points
  end

  def heal(points)
    @life += points
  end

  def alive?
    @life > 0
  end

  def dead?
    @life <= 0
  end
end

class Tally
  def initialize
    @points = 0
  end

  def increment
    @points += 1
  end

  def decrement
    @points -= 1
  end

  def add(points)
    @points += points
  end

  def reset
    @points = 0
  end
end
