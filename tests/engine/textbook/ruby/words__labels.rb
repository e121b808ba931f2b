class Stamp
  def initialize(country, value)
    @country = country
    @value = value
  end

  def rename(new_country)
    @country = new_country
  end

  def to_s
    "#{@country} (#{@value})"
  end
end

class Tank
  def initialize(oil)
    @oil = oil
  end

  def refill(liters)
    @oil += liters
  end

  def burn(liters)
    @oil -= liters
  end

  def spend(liters)
    @oil -= liters
  end

  def to_s
    "Tank with #{@oil}"
  end
end

class Author
  def initialize(given, family)
    @given = given
    @family = family
  end

  def full_name
    "#{@given} #{@family}"
  end

  def inspect
    "#{@given} #{@family}"
  end
end

def smallest(values)
  values.min
end

def average(marks)
  marks.sum / marks.size
end
